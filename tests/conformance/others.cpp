// SPDX-License-Identifier: MIT
// The suites of tensor types beside the backends, and of shapes without data.
#include "conformance/other_tensors.hpp"
#include "conformance/suite.hpp"
#include "mgkit/testing/probes.hpp"
#include "mgkit/testing/symbolic.hpp"

namespace MGKIT_NAMESPACE::conformance_program {

std::vector<backend> others() {
    std::vector<backend> all;
    other_tensors::for_each([&all]<class T>(type_tag<T>) {
        all.push_back({backend_traits<T>::name});
        add_operations<T>(all.back().families);
        if constexpr (!std::is_same_v<T, testing::reference>)
            all.back().families.push_back(
                {precision_of<T>(), [] { return testing::probe_conformance<T>(options_of<T>()); }});
    });
    all.push_back({"symbolic"});
    all.back().families.push_back(
        {"shapes", [] { return testing::conformance<testing::symbolic>({.values = false}); }});
    return all;
}

}  // namespace MGKIT_NAMESPACE::conformance_program
