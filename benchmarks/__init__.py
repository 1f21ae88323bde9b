"""What assay costs in time and memory, as ratios against the same work done by other means."""
