// The suites of the tutorial's tensor, of shapes without data, and of the reference itself.
#include "conformance/suite.hpp"
#include "conformance/toy.hpp"
#include "mgkit/testing/probes.hpp"
#include "mgkit/testing/symbolic.hpp"

namespace mgkit::conformance_program {

std::vector<backend> others() {
    std::vector<backend> all{{"toy"}, {"reference"}, {"symbolic"}};
    // The toy's loops are made to be read: the large trials are left out.
    all[0].families.push_back({"float",
                               [] { return testing::conformance<toy::grid>({.largest = 5000}); },
                               &testing::overrides_of<toy::grid>});
    all[0].families.push_back({"float", [] { return testing::probe_conformance<toy::grid>(); }});
    add_operations<testing::reference>(all[1].families);
    all[2].families.push_back(
        {"shapes", [] { return testing::conformance<testing::symbolic>({.values = false}); }});
    return all;
}

}  // namespace mgkit::conformance_program
