"""The directory as a TOML file: what a person edits, judged whole before any of it counts."""

import re
import tomllib
from typing import Annotated, Final

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from services.tracker.model.directory import DEFAULT_OFFICE, Directory, Liaison, Office
from services.tracker.model.policy import Window
from shared.terms import LiaisonReference, Reference, Service, Zone

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
ADDRESS: Final = re.compile(rf"{_ATOM}(?:\.{_ATOM})*@{_LABEL}(?:\.{_LABEL})*")
"""A bare mailbox in ASCII, matched whole. White space, quotes, commas and line breaks have no place in it, so it cannot add a
header or a second recipient to a mail."""


def _one_mailbox(address: str) -> str:
    if not ADDRESS.fullmatch(address):
        raise ValueError("not an address of one mailbox, such as desk@example.org")
    return address


Address = Annotated[str, StringConstraints(max_length=254), AfterValidator(_one_mailbox)]


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    zone: Zone


class _LiaisonEntry(_Entry):
    address: Address | None = None
    service: Service
    duty_hours: Annotated[tuple[Window, ...], Field(min_length=1, max_length=14)]


class _OfficeEntry(_Entry):
    address: Address
    duty_hours: Annotated[tuple[Window, ...], Field(max_length=14)] = ()


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    liaisons: dict[LiaisonReference, _LiaisonEntry] = {}
    offices: dict[Reference, _OfficeEntry]

    @model_validator(mode="after")
    def _somebody_gets_what_nobody_else_can(self) -> "_File":
        if DEFAULT_OFFICE not in self.offices:
            raise ValueError(f'offices."{DEFAULT_OFFICE}" is missing: it gets what no other office is there to get')
        return self


class DirectoryInvalid(ValueError):
    """The file cannot be the directory. Every line says where and why, and none repeats what stood there."""


def parse_directory(text: str) -> Directory:
    """The directory that a TOML text states: tables `[liaisons."<ref>"]` and `[offices."<name>"]`.

    Raises:
        DirectoryInvalid: not TOML, an unknown key, an impossible value, or no default office.
    """
    try:
        file = _File.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise DirectoryInvalid(f"not TOML: {error}") from None
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False, include_context=False)
        raise DirectoryInvalid("\n".join(_said(each["loc"], each["msg"]) for each in found)) from None
    return Directory(
        liaisons={
            ref: Liaison(ref, entry.address, entry.zone, entry.duty_hours, entry.service)
            for ref, entry in file.liaisons.items()
        },
        offices={name: Office(name, entry.address, entry.zone, entry.duty_hours) for name, entry in file.offices.items()},
    )


def _said(steps: tuple[int | str, ...], message: str) -> str:
    """Keys of tables are quoted in full: they are references, and a person must find the place."""
    where = ".".join(str(step) for step in steps) or "file"
    return f"{where}: {message.removeprefix('Value error, ')}"
