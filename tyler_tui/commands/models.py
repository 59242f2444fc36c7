"""Who answers, what it is told, and what it may cost."""

from tyler_tui.commands.command import Command

MODELS: tuple[Command, ...] = (
    Command(
        "model.pick",
        "Switch model",
        "Choose the model for the next prompt, its reasoning and temperature; /model NAME",
        ("ctrl+l",),
        ("model",),
        "Models",
        takes_argument=True,
    ),
    Command(
        "model.key",
        "Give a key",
        "Give a provider's key for this run: it is asked for hidden, and kept in memory alone",
        (),
        ("key",),
        "Models",
        takes_argument=True,
    ),
    Command(
        "agent.pick",
        "Agent",
        "Choose the agent that goes on with this session; /agent NAME",
        (),
        ("agent",),
        "Models",
        takes_argument=True,
    ),
    Command(
        "agent.system",
        "System prompt",
        "Show what the model is told before the conversation; /system TEXT tells it that instead, "
        "/system default what it was told before",
        (),
        ("system",),
        "Models",
        takes_argument=True,
    ),
    Command(
        "session.compact",
        "Compact",
        "Summarise older messages to make room in the context; what stands behind it is kept",
        (),
        ("compact",),
        "Models",
        takes_argument=True,
    ),
    Command(
        "session.cost",
        "Costs",
        "Show what this session cost, by model",
        (),
        ("cost",),
        "Models",
    ),
    Command(
        "session.budget",
        "Budget",
        "Limit what this session may cost, in US dollars: /budget 2.50, /budget off",
        (),
        ("budget",),
        "Models",
        takes_argument=True,
    ),
)
