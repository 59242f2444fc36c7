"""The classes of the commands: parameters are text as it was typed, and the chat's help is a page.

Typer loads Pydantic to make text of text, which takes longer than all else that a quick command
does. So each parameter that has nothing to convert is kept from it.
"""

from typing import Any

from typer.core import TyperCommand, TyperGroup

from tyler_tui.cli import help_page
from tyler_tui.cli.help_page import WIDTH
from tyler_tui.errors import UsageError


class Command(TyperCommand):
    """A command whose parameters are flags and text."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for parameter in self.params:
            _keep_as_typed(parameter)
            if parameter.param_type_name == "argument":
                _show_as_usual(parameter)

    def get_help_option(self, ctx: Any) -> Any:
        return _keep_as_typed(super().get_help_option(ctx))

    def format_epilog(self, ctx: Any, formatter: Any) -> None:
        _write_examples(self.epilog, formatter)


class Group(TyperGroup):
    """A group of such commands."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Each with its first sentence, whole: it is broken, not cut, where the line ends."""
        length = WIDTH * 4
        rows = [(name, one.get_short_help_str(length)) for name, one in self.commands.items()]
        with formatter.section("Commands"):
            formatter.write_dl(rows)

    def format_epilog(self, ctx: Any, formatter: Any) -> None:
        _write_examples(self.epilog, formatter)

    def get_help_option(self, ctx: Any) -> Any:
        return _keep_as_typed(super().get_help_option(ctx))


class ChatCommand(Command):
    """`tyler-chat` itself."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        formatter.write(help_page.render(self.get_params(ctx)))


def _keep_as_typed(parameter: Any) -> Any:
    if "process_value" in vars(parameter):
        return parameter  # Typer has one help option for each command, and hands it out often
    process = parameter.process_value

    def process_value(context: Any, value: Any) -> Any:
        if isinstance(value, str) and parameter.callback is not None:
            return parameter.callback(context, parameter, value)
        if isinstance(value, str | tuple | list) and value:
            return value
        if parameter.required and not context.resilient_parsing:
            hint = f"`{context.command_path} --help` shows what there is."
            raise UsageError(f"{parameter.metavar} is missing.", hint=hint)
        return process(context, value) if value is not None else None

    parameter.process_value = process_value
    return parameter


def _show_as_usual(argument: Any) -> None:
    """In help an argument is NAME, [NAME], NAME... or [NAME...], as manual pages have it."""
    name = argument.metavar.strip("[].") + ("..." if argument.nargs == -1 else "")
    name = name if argument.required else f"[{name}]"
    argument.get_usage_pieces = lambda ctx: [name]
    argument.get_help_record = lambda ctx: (name, argument.help or "")


def _write_examples(examples: str | None, formatter: Any) -> None:
    """An epilog is example command lines, which are not to be broken anew."""
    if examples:
        lines = "".join(f"  {line}\n" for line in examples.strip().splitlines())
        formatter.write(f"\nExamples:\n{lines}")
