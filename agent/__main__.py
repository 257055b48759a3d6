"""`python -m agent …` is the same as `verdict …`."""

from agent.faces.cli.app import main

if __name__ == "__main__":
    main()
