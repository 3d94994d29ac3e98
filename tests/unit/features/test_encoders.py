import pytest

from speechbrain_clser.features.encoders import extractor


def test_unknown_encoder_is_refused_with_the_names_there_are():
    with pytest.raises(ValueError, match="must be 'acoustic', got 'hubert'"):
        extractor("hubert")
