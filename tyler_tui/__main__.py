"""`python -m tyler_tui` is `tyler-chat`."""

from tyler_tui.cli import main

if __name__ == "__main__":
    main()
