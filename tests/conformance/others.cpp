// The suites of the tutorial's tensor, of shapes without data, and of the reference itself.
#include "conformance/suite.hpp"
#include "conformance/toy.hpp"
#include "mgkit/testing/symbolic.hpp"

namespace mgkit::conformance_program {

std::vector<backend> others() {
    std::vector<backend> all{{"toy"}, {"reference"}, {"symbolic"}};
    add_operations<toy::grid>(all[0].families);
    add_operations<testing::reference>(all[1].families);
    all[2].families.push_back(
        {"shapes", [] { return testing::conformance<testing::symbolic>({.values = false}); }});
    return all;
}

}  // namespace mgkit::conformance_program
