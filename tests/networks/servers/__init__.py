"""One stand-in server for each network: `open_stage()` gives it as `tests.networks.contract.Stage`."""
