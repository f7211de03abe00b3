"""One JSON Schema and one page a wire name, and OpenAPI: generated from the contract, in files so that a change is seen."""
