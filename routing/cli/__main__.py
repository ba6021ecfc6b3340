"""`python -m routing.cli`: the same as the command `uketsuke`."""

from routing.cli import main

if __name__ == "__main__":
    main()
