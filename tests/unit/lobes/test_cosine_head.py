import torch

from speechbrain_clser.lobes.cosine_head import CosineHead


def test_logits_are_scaled_cosines():
    head, embedding = CosineHead(3, 4, scale=5.0), torch.randn(2, 3)
    cosines = torch.cosine_similarity(embedding[:, None], head.weight, dim=-1)
    torch.testing.assert_close(head(embedding), 5 * cosines)


def test_length_of_the_embedding_does_not_matter():
    head, embedding = CosineHead(3, 4), torch.randn(2, 3)
    torch.testing.assert_close(head(9 * embedding), head(embedding))


def test_logits_stay_float32_under_autocast():
    head, embedding = CosineHead(3, 4), torch.randn(2, 3)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        cast = head(embedding)
    assert cast.dtype == torch.float32 and cast.equal(head(embedding))
