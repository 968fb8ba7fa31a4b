# imc_layer(<name> SOURCES ... [LINK ...] [PRIVATE_LINK ...])
# One static library per layer, alias imc::<name>; includes are written from the repository root.
# LINK names what the layer's headers may use; PRIVATE_LINK what only its sources use.
function(imc_layer name)
    cmake_parse_arguments(arg "" "" "SOURCES;LINK;PRIVATE_LINK" ${ARGN})
    add_library(imc_${name} STATIC ${arg_SOURCES})
    add_library(imc::${name} ALIAS imc_${name})
    target_include_directories(imc_${name} PUBLIC ${CMAKE_SOURCE_DIR})
    target_link_libraries(imc_${name} PUBLIC ${arg_LINK} PRIVATE imc_warnings ${arg_PRIVATE_LINK})
endfunction()
