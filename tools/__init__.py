"""Programs for whoever develops assay; none of them is in the wheel."""
