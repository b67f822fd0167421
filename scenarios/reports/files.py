"""Writing a file whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from scheduling.errors import SchedulingError


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield a path to write to; it takes the place of `path` when the block ends without an error.

    Raises
    ------
    SchedulingError
        When the folder or the file cannot be written; `path` is then as it was.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     target = Path(folder, "out", "a.txt")
    ...     with replacing(target) as draft:
    ...         _ = draft.write_text("new", encoding="utf-8")
    ...     target.read_text(encoding="utf-8"), [each.name for each in target.parent.iterdir()]
    ('new', ['a.txt'])
    """
    draft = path.with_name(f".{path.stem}.{os.getpid()}{path.suffix}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            yield draft
            os.replace(draft, path)
        finally:
            draft.unlink(missing_ok=True)
    except OSError as error:
        raise SchedulingError(
            f"{path}: cannot be written ({error.strerror or error}). "
            "Close the program that has it open, or give another folder."
        ) from error
