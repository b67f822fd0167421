"""The ledger (台账): a spreadsheet with one row a project, the way most planners begin."""

from scenarios.ledger.book import LedgerError, LedgerSource
from scenarios.ledger.read import ledger_source, read_ledger
from scenarios.ledger.write import write_ledger, write_template

__all__ = ["LedgerError", "LedgerSource", "ledger_source", "read_ledger", "write_ledger", "write_template"]
