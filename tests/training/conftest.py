import pytest
import torch


@pytest.fixture
def one_thread():
    """One thread for torch: very small networks only wait for a second one."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)
