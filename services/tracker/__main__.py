"""`python -m services.tracker`: make the record, run the service, look at what it says, and act on it as an operator."""

from services.tracker.cli.app import app

if __name__ == "__main__":
    app()
