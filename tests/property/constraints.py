"""What the record itself refuses, whoever writes to it: for the properties that a constraint keeps besides the fold."""

import psycopg

from services.tracker.record.schema import migrate

TARGET = "INSERT INTO target (kind, ref) VALUES ('case', %s) RETURNING no"


def refused(database_url: str, statement: str, *rows: tuple[object, ...]) -> list[bool]:
    """Whether the record refused each of these rows, one after the other; a row that it took stays."""
    found = []
    with psycopg.connect(database_url, autocommit=True) as record:
        for row in rows:
            try:
                record.execute(statement, row)
                found.append(False)
            except psycopg.errors.IntegrityError:
                found.append(True)
    return found


def named(database_url: str, *cases: str) -> list[int]:
    """A record in which these cases were named, and nothing else. Returns their numbers."""
    migrate(database_url)
    with psycopg.connect(database_url, autocommit=True) as record:
        return [row[0] for case in cases for row in record.execute(TARGET, (case,)).fetchall()]
