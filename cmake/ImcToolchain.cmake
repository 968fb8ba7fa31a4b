# Compiler settings shared by every target.
include(GNUInstallDirs)

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
if(NOT CMAKE_BUILD_TYPE)
    set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
endif()
# -O2 is what the speed figures in README.md were taken with; -ffp-contract=off keeps results
# identical between compilers and hosts that do and do not fuse multiply-add.
set(CMAKE_CXX_FLAGS_RELEASE "-O2")
add_compile_options(-ffp-contract=off)

find_program(IMC_CCACHE ccache)
if(IMC_CCACHE)
    # Tests have a precompiled header, which ccache looks at only if told to.
    set(CMAKE_CXX_COMPILER_LAUNCHER
        ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros ${IMC_CCACHE})
endif()

# Warnings are for our own code: layers link this, dependencies are SYSTEM includes.
add_library(imc_warnings INTERFACE)
target_compile_options(imc_warnings INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual)
if(IMC_WERROR)
    target_compile_options(imc_warnings INTERFACE -Werror)
endif()

if(IMC_SANITIZE)
    add_compile_options(-fsanitize=${IMC_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
    add_link_options(-fsanitize=${IMC_SANITIZE})
endif()
if(IMC_COVERAGE)
    add_compile_options(--coverage)
    add_link_options(--coverage)
endif()
