#include "nas/cli/commands.h"
#include "sim/base/cli/program.h"

int main(int argc, char** argv)
{
    return imc::cli::run_program("imcsim nas", argc, argv, [](std::span<const std::string> args) {
        return imc::cli::dispatch(imc::nas::program(), args);
    });
}
