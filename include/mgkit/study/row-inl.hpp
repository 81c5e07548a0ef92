// SPDX-License-Identifier: MIT
#pragma once

#include "mgkit/study/row.hpp"

namespace MGKIT_NAMESPACE::study {

MGKIT_COLD_INLINE void add_knn(row& to, const probe::evaluation& e) {
    to.knn_top1 = e.top1;
    to.knn_top5 = e.top5;
    to.knn_hit = e.hits();
    to.truth = e.truth;
    to.knn_class_mean = e.class_mean;
}

MGKIT_COLD_INLINE void add_linear(row& to, const probe::evaluation& e) {
    to.linear_top1 = e.top1;
    to.linear_top5 = e.top5;
    to.linear_hit = e.hits();
    to.truth = e.truth;
    to.linear_class_mean = e.class_mean;
}

}  // namespace MGKIT_NAMESPACE::study
