// SPDX-License-Identifier: MIT
// Every metric of the library. A new one is one header and one entry here.
#pragma once

#include "mgkit/core/type_list.hpp"
#include "mgkit/metric/accuracy.hpp"
#include "mgkit/metric/binomial.hpp"
#include "mgkit/metric/bootstrap.hpp"
#include "mgkit/metric/class_mean.hpp"
#include "mgkit/metric/confusion.hpp"
#include "mgkit/metric/fusion.hpp"
#include "mgkit/metric/macro_f1.hpp"
#include "mgkit/metric/prediction.hpp"
#include "mgkit/metric/top_k.hpp"

namespace MGKIT_NAMESPACE::metric {

/// Metrics that are one number per set of predictions.
using all = type_list<accuracy, top_k<1>, top_k<5>, class_mean, macro_f1>;

namespace detail {
template <class... M>
constexpr bool all_metrics(type_list<M...>) {
    return (metric<M> && ...);
}
}  // namespace detail
static_assert(detail::all_metrics(all{}), "mgkit: metric::all names a type that is not a metric");

}  // namespace MGKIT_NAMESPACE::metric
