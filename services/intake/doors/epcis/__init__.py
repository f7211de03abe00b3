"""The EPCIS 2.0 door: physical events of a logistics system, as the standard has them, become facts of ours."""
