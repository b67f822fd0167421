"""The dispatch room (调度室): what is due, late, missing and short, read from a scenario and its forecast."""
