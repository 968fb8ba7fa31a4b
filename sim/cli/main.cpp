#include "sim/base/cli/program.h"
#include "sim/cli/commands.h"

int main(int argc, char** argv)
{
    return imc::cli::run_program("imcsim", argc, argv, [](std::span<const std::string> args) {
        return imc::cli::dispatch(imc::cli::program(), args);
    });
}
