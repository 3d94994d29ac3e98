"""Embeddings of one emotion close to the centre of that emotion."""


def centre(embedding, emotion, centres):
    """Half the mean squared distance of embeddings from their centres.

    Arguments
    ---------
    embedding : torch.Tensor, (batch, dim)
        Of any length.
    emotion : torch.Tensor of int, (batch,)
        Class; rows of -1 are left out.
    centres : torch.Tensor, (classes, dim)
        Learned along.

    Returns
    -------
    torch.Tensor, ()
        In float32, also under autocast; 0 if nothing is labelled.

    Source
    ------
    Wen, Zhang, Li and Qiao, A Discriminative Feature Learning Approach for
    Deep Face Recognition, ECCV 2016, equation 2, as a mean over the batch.
    Their centres move by a rule of their own, equation 4, ours by the gradient.

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
