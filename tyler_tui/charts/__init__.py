"""Pictures of a session in text: tokens, money and time of its answers, and its tools at work."""

from tyler_tui.charts.drawing import Inks
from tyler_tui.charts.session import SessionCharts

__all__ = ["Inks", "SessionCharts"]
