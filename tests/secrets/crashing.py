"""A program with a fault behind one of its keys."""

CRASH = """
import os, sys
from tyler_tui.tui.actions import program
from tyler_tui.tui.actions.registry import does
@does("app.keys")
def crash(chat):
    key = os.environ["OPENAI_API_KEY"]
    raise RuntimeError(f"bad header: Bearer {key}")
sys.argv = ["tyler-chat", "-m", "demo:fast"]
from tyler_tui.cli import main
main()
"""
