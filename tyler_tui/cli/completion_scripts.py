"""What makes a shell complete: a script for each, shown, or put where the shell reads it.

Ours and not those of Typer: its zsh evaluates what comes back, and does nothing at the first Tab;
its fish runs the program twice; and its installing sets how all of zsh completes.
"""

import contextlib
import os
from pathlib import Path

import typer

from tyler_tui.cli import PROGRAM
from tyler_tui.errors import UsageError
from tyler_tui.sanitize import one_line

# What runs is PROGRAM, with COMPLETING set. The function of zsh is called as its file is, which the
# shell takes for its body until it is defined.
_BASH = r"""
_tyler_chat_completion() {
    local line IFS=$'\n'
    COMPREPLY=()
    while read -r line; do
        COMPREPLY+=("$line")
    done < <(env COMP_WORDS="${COMP_WORDS[*]}" COMP_CWORD="$COMP_CWORD" \
        _TYLER_CHAT_COMPLETE=bash tyler-chat 2>/dev/null)
}

complete -o default -F _tyler_chat_completion tyler-chat
"""
_ZSH = r"""
#compdef tyler-chat

_tyler-chat() {
  local line word
  local -a offered
  for line in "${(@f)$(env _TYLER_CHAT_COMPLETE=zsh \
      _TYPER_COMPLETE_ARGS="${words[1,CURRENT]}" tyler-chat 2>/dev/null)}"; do
    word=${line%%$'\t'*}
    word=${word//\\/\\\\}
    [[ -n $word ]] && offered+=("${word//:/\\:}:${line#*$'\t'}")
  done
  if (( $#offered )); then
    _describe -V tyler-chat offered
  else
    _files
  fi
}

if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
  _tyler-chat "$@"
else
  compdef _tyler-chat tyler-chat
fi
"""
_FISH = r"""
function __tyler_chat_complete
    set -l line (commandline -cp | string collect)
    set -l offered (env _TYLER_CHAT_COMPLETE=fish _TYPER_COMPLETE_ARGS=$line \
        tyler-chat 2>/dev/null)
    if test (count $offered) -gt 0
        printf '%s\n' $offered
    else
        __fish_complete_path (commandline -ct)
    end
end

complete --command tyler-chat --no-files --keep-order --arguments '(__tyler_chat_complete)'
"""
SCRIPTS = {"bash": _BASH.lstrip(), "zsh": _ZSH.lstrip(), "fish": _FISH.lstrip()}
_ZSHRC = "fpath+=~/.zfunc; autoload -Uz compinit; compinit"


def show(shell: str | None) -> None:
    """Print what the shell must read to complete; "" is the shell that this runs in."""
    if shell is None:
        return
    typer.echo(SCRIPTS[_known(shell)], nl=False)
    raise typer.Exit


def install(shell: str | None) -> None:
    """Put that where the shell reads it when it starts."""
    if shell is None:
        return
    try:
        path = _installed(_known(shell))
    except OSError as error:
        raise UsageError(
            f"{error.filename} cannot be written: {error.strerror}.",
            hint="`tyler-chat --show-completion` prints what would stand there.",
        ) from error
    typer.echo(f"Written to {path}. A new shell completes.")
    raise typer.Exit


def _installed(shell: str) -> Path:
    """Where the script of a shell is now."""
    home = Path.home()
    match shell:
        case "bash":
            path = home / ".bash_completions" / f"{PROGRAM}.sh"
            _add_line(home / ".bashrc", f"source '{path}'")
        case "zsh":
            path = home / ".zfunc" / f"_{PROGRAM}"
            _add_line(Path(os.environ.get("ZDOTDIR") or home) / ".zshrc", _ZSHRC)
        case _:
            config = Path(os.environ.get("XDG_CONFIG_HOME") or home / ".config")
            path = config / "fish" / "completions" / f"{PROGRAM}.fish"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(SCRIPTS[shell], "utf-8")
    return path


def _add_line(file: Path, line: str) -> None:
    """Have a file of the user end with `line`, unless it stands in it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    there = file.read_bytes().decode("utf-8", "replace") if file.exists() else ""
    if line in there:
        return
    with file.open("a", encoding="utf-8") as end:
        end.write("" if there.endswith("\n") or not there else "\n")
        end.write(f"{line}\n")


def _known(shell: str) -> str:
    """The name of the shell. Raises UsageError for one that cannot be helped."""
    if not shell:
        import shellingham  # noqa: PLC0415 - only for completion

        with contextlib.suppress(shellingham.ShellDetectionFailure):
            shell = shellingham.detect_shell()[0]
    if shell not in SCRIPTS:
        what = f"There is no completion for {one_line(shell, 30)!r}" if shell else "Which shell"
        raise UsageError(
            f"{what}{'.' if shell else '?'}",
            hint="Name one: bash, zsh or fish.",
        )
    return shell
