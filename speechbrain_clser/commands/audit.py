"""Count the splits of a protocol and audit them before training."""

from speechbrain_clser.data import prepare
from speechbrain_clser.data.audit import audit
from speechbrain_clser.data.protocol import load
from speechbrain_clser.data.splits import cut


def look_into(
    protocol, data_folder, manifest_folder, allow_bad_files=False
) -> tuple:
    """Make the splits of a protocol and audit them.

    Returns
    -------
    parts : list of list
        Table with header: part, utterances, speakers, one column per class
        (``"-"`` in the unlabelled part).
    left_out : dict
        Reason to number of utterances that the protocol does not use.
    findings : list of Finding
        Findings of the audit, leaks first.
    """
    protocol = load(protocol)
    cards, rows = prepare.load_corpora(
        protocol, data_folder, manifest_folder, allow_bad_files
    )
    parts, scheme = cut(rows, protocol), protocol.scheme
    table = [["part", "utterances", "speakers", *scheme.classes]]
    for name, of in parts.items():
        indices = [scheme.of(row) for row in of]
        table.append(
            [
                name,
                len(of),
                len({row.speaker for row in of}),
                *(
                    "-" if name == "unlabelled" else indices.count(index)
                    for index in range(len(scheme.classes))
                ),
            ]
        )
    own = {card.name for card in cards if card.is_own}
    return table, parts.left_out, audit(parts, protocol, own)
