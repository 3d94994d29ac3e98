"""Console tables."""


def columns(table):
    """Format a table for a fixed-width console; the first row is the header.

    Arguments
    ---------
    table : list of list
        Rows of cells.

    Returns
    -------
    list of str
        One line per row.

    Example
    -------
    >>> columns([["part", "n"], ["train", 12]])
    ['part    n', 'train  12']
    """
    cells = [[str(cell) for cell in row] for row in table]
    numeric = [
        all(cell.replace(".", "").isdigit() for cell in column[1:])
        for column in zip(*cells, strict=False)
    ]
    widths = [max(map(len, column)) for column in zip(*cells, strict=False)]
    return [
        "  ".join(
            cell.rjust(width) if is_number else cell.ljust(width)
            for cell, width, is_number in zip(
                row, widths, numeric, strict=False
            )
        ).rstrip()
        for row in cells
    ]
