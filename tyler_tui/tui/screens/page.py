"""A dialog to read, and to close."""

from tyler_tui.tui.dialogs import Dialog


class PageScreen(Dialog[None]):
    """Holds one VerticalScroll of Statics. Closes with Esc, q or Enter."""

    BINDINGS = [("q,enter", "cancel", "Close")]

    DEFAULT_CSS = """
    PageScreen {
        & > VerticalScroll {
            width: 88;
            max-height: 92%;
            padding: 0 1 0 2;
            scrollbar-size-vertical: 1;
            scrollbar-background: $surface;
        }
        & Static { height: auto; padding-right: 1; }
    }
    """
