"""`python -m tyler_tui.examples` lists them."""

from tyler_tui import examples

if __name__ == "__main__":
    print(examples.__doc__)
