#include "sim/cli/commands.h"

namespace imc::cli
{

namespace
{

constexpr Command table[] = {
    {"run", "simulates an experiment", run_run},
    {"map", "lays a network out on a chip; nothing is run", run_map},
    {"import", "a network's layers, shapes, MACs and parameters", run_import},
    {"eval", "a network executed on given inputs, without any chip", run_eval},
    {"export", "a network written as ONNX", run_export},
    {"check", "validates experiments, chips, networks and sweeps; runs nothing", run_check},
    {"describe", "every key with default, range, unit and meaning", run_describe},
    {"noc", "the network on chip alone: given packets or synthetic traffic", run_noc},
    {"crossbar", "one crossbar alone: currents through its resistances", run_crossbar},
    {"device", "the statistics of one memory device alone", run_device},
    {"sweep", "an experiment at every point of a grid or list", run_sweep},
    {"validate", "simulated against published figures of chips", run_validate},
    {"regress", "experiments against their stored results", run_regress},
    {"recost", "stored results under other cost models, without simulating", run_recost},
    {"report", "one HTML page with the figures and pictures of runs", run_report},
    {"nas", "search for networks and chips (starts imcsim-nas)", run_nas},
};

} // namespace

const Program& program()
{
    static constexpr Program imcsim = {"imcsim", "cycle-level simulator of in-memory-computing accelerators", table};
    return imcsim;
}

} // namespace imc::cli
