/** Made with scikit-learn 1.9 and SciPy from the data beside them. */
export const TABLE = {
  '0': { '0': 50, '1': 3, '2': 2 },
  '1': { '0': 4, '1': 30, '2': 6 },
  '2': { '0': 1, '1': 5, '2': 20 },
  '9': { '0': 2, '1': 1 },
};

export const LABELS = [7.59, 6.03, 9.25, 11.26, 13.41, 10.33, 8.34, 7.65, 12.25, 14.9, 10.82, 6.3];
export const PREDICTIONS = [6.93, 7.93, 9.75, 9.83, 13.63, 9.47, 8.01, 7.46, 11.84, 15.75, 11.06, 6.01];

/** Precision, recall and F1, `zero_division=0`; then MSE, RMSE, MAE and R². */
export const SCIKIT = {
  accuracy: 0.8064516129032258,
  macro: [0.590177366493156, 0.6070804195804196, 0.5982728886209898],
  classes: {
    '0': [0.8771929824561403, 0.9090909090909091, 0.8928571428571429],
    '1': [0.7692307692307693, 0.75, 0.759493670886076],
    '2': [0.7142857142857143, 0.7692307692307693, 0.7407407407407407],
    '9': [0.0, 0.0, 0.0],
  } as Readonly<Record<string, readonly number[]>>,
  regression: [0.6921499999999998, 0.8319555276575785, 0.6566666666666666, 0.9043966311643294],
};

/** `stats.t.interval` of the squared and absolute errors; `binomtest(45, 50).proportion_ci(method='wilson')`. */
export const SCIPY = {
  mse: [0.005686813992881956, 1.3786131860071178],
  mae: [0.3176740992468602, 0.995659234086473],
  wilson: [0.7863976856252034, 0.9565242350681095],
};
