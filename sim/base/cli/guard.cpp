#include "sim/base/cli/guard.h"

#include <exception>
#include <new>

#include "sim/base/cli/output.h"
#include "sim/base/errors.h"

namespace imc::cli
{

int guarded(const std::string& name, const std::function<int()>& work)
{
    const auto fail = [&](int status, const std::string& what) {
        note(name.empty() ? what : name + ": " + what);
        return status;
    };
    try {
        return work();
    } catch (const ConfigError& e) {
        return fail(2, e.what());
    } catch (const RunError& e) {
        return fail(1, e.what());
    } catch (const std::bad_alloc&) {
        return fail(1, "out of memory");
    } catch (const std::exception& e) {
        return fail(1, std::string("internal error, please report it: ") + e.what());
    }
}

} // namespace imc::cli
