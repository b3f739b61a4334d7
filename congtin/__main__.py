"""`python -m congtin`."""

from congtin.cli.main import main

if __name__ == "__main__":
    main()
