import threading

import pytest
import torch

from visualizer.data.dataset import Examples
from visualizer.training.batches import Source

CPU = torch.device("cpu")


def examples(count=50):
    images = torch.arange(count * 12).reshape(count, 3, 2, 2).to(torch.uint8)
    return Examples(images, torch.arange(count) % 7)


class OnDisk:
    """Examples that are read by index, as from a folder too large for the memory."""

    def __init__(self, held, broken=-1):
        self.labels = held.labels
        self._images = held.images
        self._broken = broken
        self.threads = set()

    def __len__(self):
        return len(self.labels)

    def read(self, indices):
        self.threads.add(threading.current_thread().name)
        if self._broken in indices.tolist():
            raise OSError("the disk is gone")
        return self._images[indices]


def listed(source, order, size):
    return [(batch.images, batch.labels) for batch in source.batches(order, size)]


def test_streamed_batches_are_those_of_memory():
    held = examples()
    order = torch.randperm(50, generator=torch.Generator().manual_seed(2))
    stored = OnDisk(held)
    resident, streamed = Source(held, CPU), Source(stored, CPU)
    assert (resident.is_streamed, streamed.is_streamed) == (False, True)
    expected = listed(resident, order, 8)
    assert [len(labels) for _, labels in expected] == [8] * 6 + [2]
    for (images, labels), (read, told) in zip(expected, listed(streamed, order, 8), strict=True):
        assert torch.equal(images, read)
        assert torch.equal(labels, told)
    assert all(name.startswith("batches") for name in stored.threads)


def test_threads_end_with_the_epoch_and_when_it_is_left():
    source = Source(OnDisk(examples()), CPU)
    listed(source, torch.arange(50), 8)
    batches = source.batches(torch.arange(50), 8)
    next(batches)
    batches.close()
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("batches")]


def test_what_cannot_be_read_is_told_where_the_batch_is_wanted():
    batches = Source(OnDisk(examples(), broken=30), CPU).batches(torch.arange(50), 8)
    assert len(next(batches)) == 8
    with pytest.raises(OSError, match="disk"):
        list(batches)


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_too_little_memory_on_a_gpu_gives_the_same_batches():
    device, held, order = torch.device("cuda", 0), examples(), torch.randperm(50)
    resident, streamed = Source(held, device), Source(held, device, free=10)
    assert (resident.is_streamed, streamed.is_streamed) == (False, True)
    for first, second in zip(resident.batches(order, 8), streamed.batches(order, 8), strict=True):
        assert second.images.device == device
        assert torch.equal(first.images, second.images)
        assert torch.equal(first.labels, second.labels)
