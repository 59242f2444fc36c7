"""What runs unasked, as the settings say: their mode and rules, the hosts that they allow, and what
was always allowed before."""

from pathlib import Path

from tyler_tui import paths
from tyler_tui.agent.approval import ApprovalMode, ApprovalPolicy
from tyler_tui.config import Settings
from tyler_tui.rules.table import rules_in
from tyler_tui.saved_rules import SavedRules
from tyler_tui.tools.web.hosts import rules_for


def policy_for(settings: Settings, workspace: Path) -> ApprovalPolicy:
    """Raises ConfigError when the saved rules cannot be read."""
    return ApprovalPolicy(
        ApprovalMode(settings.approval),
        [*rules_for(settings.web.allow_hosts), *rules_in(settings.rules, workspace.resolve())],
        SavedRules(paths.rules_file(), workspace),
    )
