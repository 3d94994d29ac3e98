"""Centre loss."""


def centre(embedding, emotion, centres):
    """Compute half the mean squared distance of embeddings from their centres.

    Arguments
    ---------
    embedding : torch.Tensor, (batch, dim)
        Not normalised.
    emotion : torch.Tensor of int, (batch,)
        Class; rows of -1 are ignored.
    centres : torch.Tensor, (classes, dim)
        Trained by the gradient.

    Returns
    -------
    torch.Tensor, ()
        In float32, also under autocast; 0 if nothing is labelled.

    Source
    ------
    Wen, Zhang, Li and Qiao, A Discriminative Feature Learning Approach for
    Deep Face Recognition, ECCV 2016, equation 2, as a mean over the batch.
    The paper updates the centres by equation 4 instead of the gradient.

    Example
    -------
    >>> import torch
    >>> centres = torch.tensor([[0.0, 0.0], [1.0, 1.0]])
    >>> embedding = torch.tensor([[3.0, 4.0], [1.0, 1.0]])
    >>> centre(embedding, torch.tensor([0, 1]), centres)
    tensor(6.2500)
    """
    is_labelled = emotion >= 0
    centres = centres.float()[emotion.clamp(min=0)]
    distance = (embedding.float() - centres).square().sum(dim=-1)
    n = is_labelled.sum().clamp(min=1)
    return (distance * is_labelled).sum() / (2 * n)
