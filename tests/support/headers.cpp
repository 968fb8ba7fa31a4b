// Its precompiled headers are those of all tests.
