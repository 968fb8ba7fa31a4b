/// The kernel's library brings a main() that calls this function. Programs here have their own main() and start the
/// kernel themselves; tests that are started by the kernel's main() define it in its place. In a library of its own,
/// because whatever links the kernel must find one.
extern "C" [[gnu::weak]] int sc_main(int, char**) { return 1; }
