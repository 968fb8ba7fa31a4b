#include <cstddef>
#include <cstdint>

#include "tests/fuzz/readers.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    imc::fuzz::read_npy_bytes({reinterpret_cast<const char*>(data), size});
    return 0;
}
