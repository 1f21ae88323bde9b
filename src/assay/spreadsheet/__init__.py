"""Tables of cells as spreadsheets keep them: CSV and XLSX, read with the place of every cell."""
