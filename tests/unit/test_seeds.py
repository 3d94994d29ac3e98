from speechbrain_clser.seeds import seed_for


def test_seed_by_hand():
    # The first four bytes of sha256("1001/shots"), as sha256sum prints them.
    assert seed_for(1001, "shots") == 0x36DCD85C


def test_seed_is_deterministic():
    assert seed_for(7, "folds") == seed_for(7, "folds")


def test_seeds_differ_by_purpose_and_base():
    seeds = {
        seed_for(base, purpose)
        for base in range(20)
        for purpose in ("shots", "folds", "valid speakers of emodb")
    }
    assert len(seeds) == 60


def test_base_and_purpose_are_separated():
    assert seed_for(1, "1 shots") != seed_for(11, "shots")
    assert seed_for(1, "1/shots") != seed_for(11, "/shots")


def test_seed_fits_every_generator():
    assert all(0 <= seed_for(base, "x") < 2**32 for base in range(100))
