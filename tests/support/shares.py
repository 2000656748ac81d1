"""A share of the tests that take minutes: another one for another commit, the same for the same."""

import zlib


def pytest_addoption(parser):
    parser.addoption(
        "--quarter-by",
        metavar="TEXT",
        help="run a quarter of the tests, which by this text, such as a commit",
    )


def pytest_collection_modifyitems(config, items):
    """Leave out three quarters of what was chosen."""
    text = config.getoption("quarter_by")
    if text is None:
        return
    shares = {item: zlib.crc32(f"{text} {item.nodeid}".encode()) % 4 for item in items}
    config.hook.pytest_deselected(items=[item for item in items if shares[item]])
    items[:] = [item for item in items if not shares[item]]
