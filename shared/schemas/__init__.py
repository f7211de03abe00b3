"""One JSON Schema a wire name, and OpenAPI: generated from the contract, kept in files so that a change is seen."""
