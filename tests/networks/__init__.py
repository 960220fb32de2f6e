"""Tests of the networks' adapters. The contract is shared by test files, so its assertions are told in full too."""

import pytest

pytest.register_assert_rewrite("tests.networks.contract")
