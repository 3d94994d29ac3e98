import json
from pathlib import Path

from speechbrain_clser.data.protocol import load

REFERENCE = Path(__file__).parents[2] / "reference" / "protocol_digests.json"


def test_every_name_of_version_0_2_gives_the_digest_that_it_had():
    reference = json.loads(REFERENCE.read_text())
    found = {name: load(name) for name in reference}
    assert {name: one.digest for name, one in found.items()} == reference
    assert all(one.name == name for name, one in found.items())
