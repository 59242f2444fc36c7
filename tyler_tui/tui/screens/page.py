"""A dialog to read, and to close."""

from textual.screen import ModalScreen


class PageScreen(ModalScreen[None]):
    """Holds one VerticalScroll of Statics. Closes with Esc, q or Enter."""

    BINDINGS = [("escape,q,enter,ctrl+c", "dismiss", "Close")]

    DEFAULT_CSS = """
    PageScreen {
        align: center middle;
        & > VerticalScroll {
            width: 88;
            max-width: 96%;
            height: auto;
            max-height: 92%;
            background: $surface;
            border: round $primary;
            border-title-color: $primary;
            padding: 0 2;
        }
        & Static { height: auto; }
    }
    """
