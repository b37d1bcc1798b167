"""The parts of the MMA Dashboard: costs, their picture, what they would have been, tracks and tickets."""
