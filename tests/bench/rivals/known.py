"""The rivals that can be installed from PyPI and npm and pointed at a server on this machine."""

from tests.bench.rivals.rival import Rival

_VIBE = """
active_model = "bench"
enable_telemetry = false
enable_update_checks = false
enable_auto_update = false
[[providers]]
name = "bench"
api_base = "{base}"
api_key_env_var = ""
api_style = "openai"
backend = "generic"
[[models]]
name = "bench"
provider = "bench"
alias = "bench"
"""
_CODEX = """
model = "bench"
model_provider = "bench"
approval_policy = "never"
[model_providers.bench]
name = "bench"
base_url = "{base}"
wire_api = "responses"
env_key = "OPENAI_API_KEY"
[projects."{work}"]
trust_level = "trusted"
"""
_OPENCODE = """{
  "autoupdate": false, "share": "disabled", "model": "bench/bench",
  "provider": {"bench": {
    "npm": "@ai-sdk/openai-compatible", "name": "bench",
    "options": {"baseURL": "{base}", "apiKey": "bench"}, "models": {"bench": {"name": "bench"}}
  }}
}"""
_ELIA = """
default_model = "openai/bench"
[[models]]
name = "openai/bench"
display_name = "bench"
api_base = "{base}"
api_key = "bench"
"""

RIVALS = (
    Rival(
        name="codex",
        built_on="Rust",
        install="npm install @openai/codex",
        arguments=("codex",),
        ready="Ask Codex",
        files={".codex/config.toml": _CODEX},
    ),
    Rival(
        name="vibe3",
        built_on="Rust face, Python behind",
        install="pip install 'mistral-vibe>=3,<4'",
        arguments=("vibe",),
        ready="/help",
        files={".vibe/config.toml": _VIBE},
    ),
    Rival(
        name="opencode",
        built_on="native, TypeScript",
        install="npm install opencode-ai",
        arguments=("opencode",),
        ready="Ask anything",
        files={".config/opencode/opencode.json": _OPENCODE},
    ),
    Rival(
        name="vibe2",
        built_on="Textual",
        install="pip install 'mistral-vibe>=2,<3'",
        arguments=("vibe",),
        ready="/help",
        files={".vibe/config.toml": _VIBE},
    ),
    Rival(
        name="gptme",
        built_on="Textual",
        install="pip install 'gptme[tui]'",
        arguments=("gptme-tui", "-m", "local/bench"),
        ready="Enter send",
        env={"OPENAI_BASE_URL": "{base}"},
    ),
    Rival(
        name="elia",
        built_on="Textual, LiteLLM",
        install="pip install elia-chat",
        arguments=("elia",),
        ready="Send message",
        files={".config/elia/config.toml": _ELIA},
        enter="\n",
    ),
)
