module example.com/sluice/session

go 1.19

require (
	gopkg.in/validator.v2 v2.0.1 // indirect
	example.com/sluice/client v0.0.0
	example.com/sluice/union v0.0.0
)

replace (
	// The version that generated clients ask for, as in its own repository: Debian's is older and refuses their tags.
	gopkg.in/validator.v2 => ./validator.v2
	example.com/sluice/client => ./generated/client
	example.com/sluice/union => ./generated/union
)
