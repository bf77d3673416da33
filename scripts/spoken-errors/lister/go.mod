module spoken-errors

go 1.25.0
