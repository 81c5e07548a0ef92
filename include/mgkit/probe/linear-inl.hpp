// SPDX-License-Identifier: MIT
#pragma once

#include "mgkit/probe/linear.hpp"

#include <cmath>

namespace MGKIT_NAMESPACE::probe {

MGKIT_INLINE standardiser::standardiser(const data::feature_table& train)
    : mean_(train.columns, 0.0), scale_(train.columns, 0.0) {
    data::check(train, "probe::standardiser");
    std::vector<double> square(train.columns, 0.0);
    for (std::size_t i = 0; i < train.rows; ++i) {
        const auto row = train.row(i);
        for (std::size_t j = 0; j < row.size(); ++j) mean_[j] += row[j];
    }
    for (double& m : mean_) m /= static_cast<double>(train.rows);
    for (std::size_t i = 0; i < train.rows; ++i) {
        const auto row = train.row(i);
        for (std::size_t j = 0; j < row.size(); ++j) {
            const double d = row[j] - mean_[j];
            square[j] += d * d;
        }
    }
    for (std::size_t j = 0; j < train.columns; ++j) {
        const double deviation = std::sqrt(square[j] / static_cast<double>(train.rows));
        // A deviation is small beside the column's own values, whatever their unit: features of
        // fresh graph networks are of the order of 1e-9.
        const bool varies = deviation > std::max(1e-8 * std::abs(mean_[j]), 1e-30);
        scale_[j] = varies ? 1 / deviation : 0;
    }
}

MGKIT_INLINE data::feature_table standardiser::operator()(data::feature_table features) const {
    if (features.columns != mean_.size())
        throw error("probe::standardiser", text(mean_.size(), " columns"), text(features.columns));
    for (std::size_t i = 0; i < features.rows; ++i) {
        const auto row = features.row(i);
        for (std::size_t j = 0; j < row.size(); ++j)
            row[j] = static_cast<float>((row[j] - mean_[j]) * scale_[j]);
    }
    return features;
}

}  // namespace MGKIT_NAMESPACE::probe
